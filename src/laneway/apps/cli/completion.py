"""`laneway completion`: a script with which a shell completes commands, options and paths."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands, options and paths in SHELL.

    \b
    bash: echo 'eval "$(laneway completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(laneway completion zsh)"' >> ~/.zshrc
    fish: laneway completion fish > ~/.config/fish/completions/laneway.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    source = found(context.find_root().command, {}, "laneway", "_LANEWAY_COMPLETE").source()
    click.echo(source, nl=False)
