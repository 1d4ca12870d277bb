"""What may stand in the line of each command, for completion without loading the command.

Written from the commands' declarations; `./dev bless` writes it anew. A command has a short help,
its options, and its arguments, each of which may be followed by more of its kind or not. An option
has names, a help, its values (None for a flag), and whether it may be given again. Values are words
to choose from, or what the shell completes, or `text`, or `ask`: whatever the command itself says.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` takes as long to load as all of this
    Values = str | tuple[str, ...]
    Option = tuple[tuple[str, ...], str, Values | None, bool]
    Argument = tuple[Values, bool]
    Offer = tuple[str, tuple[Option, ...], tuple[Argument, ...]]

OFFERS: dict[str, Offer] = {
    'laneway': ('Turn traffic lanes into Istio objects, or...', (
        (('--version',), 'Print the version.', None, False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), ()),
    'laneway render': ('Print the Istio objects that PATH becomes.', (
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('--layout',), "istio: objects beside their services, for any Istio. asm: objects as the vendor's controller prints them.", ('istio', 'asm'), False),
        (('-o', '--output'), 'json prints one Kubernetes List.', ('yaml', 'json'), False),
        (('--wasm-url',), 'Where the mesh finds the lane filter (see `laneway wasm`): WasmPlugins are printed for what needs it. Layout istio only.', 'text', False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', True),)),
    'laneway check': ('Report errors and doubtful points in PATH:...', (
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('-o', '--output'), 'concise is a line each; sarif, github (annotations of a job) and gitlab (a code quality report) are what code hosts show beside the lines.', ('text', 'concise', 'json', 'sarif', 'github', 'gitlab'), False),
        (('-q', '--quiet'), 'Print only findings that make the command fail.', None, False),
        (('--ignore',), 'Leave findings of this code out; may be given again.', 'ask', True),
        (('--fail-on',), 'Exit with 1 if anything of this level or worse is found.', ('error', 'warning', 'info'), False),
        (('--all',), 'Also show findings about objects that touch no lane.', None, False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', True),)),
    'laneway explain-code': ("Explain a finding's CODE: what it means,...", (
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('ask', False),)),
    'laneway status': ('Show the state of each group and lane:...', (
        (('--mesh',), 'What the running mesh serves.', None, False),
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('-o', '--output'), "yaml and json print the objects' status as a cluster would hold it.", ('text', 'yaml', 'json'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', True),)),
    'laneway prove': ('Prove that all requests keep to their...', (
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('--judge',), 'objects: the Istio objects in PATH alone. plan: what Laneway makes of the lanes, beside the objects of others. auto: objects, if any of them routes a lane service in the mesh or was generated, and says so.', ('auto', 'objects', 'plan'), False),
        (('--all',), 'Show every counter-example.', None, False),
        (('-o', '--output'), '', ('text', 'yaml', 'json'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', True),)),
    'laneway explain': ('Follow one request and show what decides...', (
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('--host',), 'The requested host.', 'text', False),
        (('--path',), 'The path.', 'text', False),
        (('--method',), 'The method.', 'text', False),
        (('-H', '--header'), 'A header.', 'text', True),
        (('--port',), "The gateway's or service's port.", 'text', False),
        (('--from',), 'Begin at a workload.', 'text', False),
        (('--gateway',), 'Begin at this gateway.', 'text', False),
        (('--forgets',), 'A service or workload that does not pass on the lane; may be given several times.', 'text', True),
        (('--all',), 'Show every rule that did not decide.', None, False),
        (('-o', '--output'), '', ('text', 'yaml', 'json'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', True),)),
    'laneway diff': ('Show which objects change from OLD to NEW:...', (
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('--layout',), 'The layout in which the objects are compared.', ('istio', 'asm'), False),
        (('-o', '--output'), 'How to print it.', ('text', 'yaml', 'json'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', False), ('file', False),)),
    'laneway show': ('Print the mesh, the plan or the changes as...', (
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), ()),
    'laneway show changes': ('Print what applying PATH would change.', (
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('--against',), 'Compare with this folder instead of the running mesh: lanes, or objects that are live.', 'file', False),
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('--layout',), 'The layout in which the objects are compared.', ('istio', 'asm'), False),
        (('-o', '--output'), 'How to print it.', ('yaml', 'json'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', True),)),
    'laneway show mesh': ('Print what was understood.', (
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('-o', '--output'), 'How to print it.', ('yaml', 'json'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', True),)),
    'laneway show plan': ('Print what was decided.', (
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('-o', '--output'), 'How to print it.', ('yaml', 'json'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', True),)),
    'laneway demo': ('Run a sample on real Envoy and judge its...', (
        (('--port',), 'Local port of the gateway. Without it 8080, or the next free one.', 'text', False),
        (('--requests',), 'How many requests to send before and after the edit.', 'text', False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), ()),
    'laneway up': ('Start a mesh from PATH, and follow its...', (
        (('--port',), 'Local port of the first gateway; others follow. Without it 8080, or the next free one.', 'text', False),
        (('--name',), 'The mesh.', 'ask', False),
        (('-d', '--detach'), 'Return when the mesh is ready; it keeps running.', None, False),
        (('--run',), 'The command that stands for an image (wildcards allowed) or for one workload; it finds its port in PORT and {port}. @mock is the built-in mock application.', 'text', True),
        (('--config',), 'A configuration file; ./laneway.toml if there is one.', 'file', False),
        (('--proxies',), 'One Envoy for everything, or one for each workload.', ('shared', 'per-workload'), False),
        (('--all-files',), 'Read all files in folders, including those that .gitignore or their names exclude.', None, False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('text', True),)),
    'laneway verify': ('Send real requests to a running mesh and...', (
        (('--requests',), 'How often each request is sent: 100 times, 10 with --context.', 'text', False),
        (('--context',), 'Report programs that lose the lane in a permissive group; requests are sent one by one.', None, False),
        (('--passive',), 'With --context: send nothing and watch live traffic for so long.', 'text', False),
        (('--lane',), 'Only requests and results of this lane.', 'text', False),
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('--path',), 'Send only your own request, with this path.', 'text', False),
        (('--host',), 'The host of your request.', 'text', False),
        (('--method',), 'The method of your request.', 'text', False),
        (('-H', '--header'), 'A header.', 'text', True),
        (('--port',), "The gateway's port for your request.", 'text', False),
        (('--allow-untested',), 'Accept services of a lane that no request reached.', None, False),
        (('-o', '--output'), '', ('text', 'json', 'yaml'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), ()),
    'laneway ps': ('List meshes and the programs in them.', (
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('-o', '--output'), '', ('text', 'yaml', 'json'), False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('ask', False),)),
    'laneway logs': ('Print what the programs of a mesh wrote,...', (
        (('-f', '--follow'), 'Keep printing new lines.', None, False),
        (('--tail',), 'Only the last lines of each log.', 'text', False),
        (('--requests',), 'The requests, as proxies saw them.', None, False),
        (('-o', '--output'), 'With --requests: a table, or an object a line.', ('text', 'json'), False),
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('ask', False),)),
    'laneway stop': ('Stop a WORKLOAD of a running mesh, or one...', (
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('ask', True),)),
    'laneway start': ('Bring a WORKLOAD back that was stopped,...', (
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('ask', True),)),
    'laneway restart': ('Stop a WORKLOAD or one replica of it,...', (
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('ask', True),)),
    'laneway down': ('Stop a mesh: its proxies, its programs,...', (
        (('--name',), 'The mesh; may be left out if only one runs.', 'ask', False),
        (('--all',), 'Every mesh.', None, False),
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('ask', False),)),
    'laneway wasm': ("Write the lane filter's module to FILE.", (
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), (('file', False),)),
    'laneway completion': ('Print a script that completes commands,...', (
        (('-h', '--help'), 'Show this message and exit.', None, False),
    ), ((('bash', 'zsh', 'fish'), False),)),
}
