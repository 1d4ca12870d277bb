"""Which command stands for which image."""

import pytest

from laneway.core.fleet.commands import MOCK, BadCommandError, Commands


@pytest.mark.parametrize(
    "image",
    [
        "registry.cn-beijing.aliyuncs.com/aliacs-app-catalog/go-http-sample:1.0",
        "registry.cn-beijing.aliyuncs.com/aliacs-app-catalog/go-http-sample:tracing",
        "docker.io/vifoggy/gobin:1.0.0",
        "laneway/mock:1",
        "laneway/mock",
    ],
)
def test_the_sample_images_are_the_mock(image: str) -> None:
    assert Commands.of_texts((), {}).of(image) == MOCK


def test_an_image_nobody_named_has_no_command() -> None:
    assert Commands.of_texts((), {}).of("laneway/mocker:1") is None


def test_a_flag_wins_over_the_file_and_the_file_over_the_mock() -> None:
    commands = Commands.of_texts(
        ("shop/cart=./flag",), {"shop/cart": "./file", "laneway/mock": "./own"}
    )

    assert commands.of("shop/cart:1") == ("./flag",)
    assert commands.of("laneway/mock:1") == ("./own",)


def test_the_first_pattern_that_is_met_decides() -> None:
    commands = Commands.of_texts(("shop/*=./any", "shop/cart=./cart"), {})

    assert commands.of("shop/cart") == ("./any",)


def test_a_command_is_split_as_a_shell_does() -> None:
    commands = Commands.of_texts(("a=serve --name 'my shop' --port={port}",), {"b": ["x", "y z"]})

    assert commands.of("a") == ("serve", "--name", "my shop", "--port={port}")
    assert commands.of("b") == ("x", "y z")


@pytest.mark.parametrize(
    ("flags", "table", "words"),
    [
        (("shop/cart",), {}, "'shop/cart' is neither IMAGE=COMMAND nor WORKLOAD=COMMAND"),
        (("=serve",), {}, "'=serve' is neither IMAGE=COMMAND nor WORKLOAD=COMMAND"),
        (("a=",), {}, "the command of image 'a' is empty"),
        (("a=serve 'x",), {}, "the command of image 'a': No closing quotation"),
        ((), {"a": 3}, "the command of image 'a' is neither a text nor a list of texts"),
        ((), {"a": []}, "the command of image 'a' is neither a text nor a list of texts"),
    ],
)
def test_what_is_no_command_is_refused(
    flags: tuple[str, ...], table: dict[str, object], words: str
) -> None:
    with pytest.raises(BadCommandError, match=f"^{words}$"):
        Commands.of_texts(flags, table)
