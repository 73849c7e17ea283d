"""tuner config new|show|validate|translate"""

from __future__ import annotations

import argparse

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(commands: Commands, shared: Parser) -> None:
    group = commands.add_parser("config", parents=[shared], help="make, show and check configurations")
    verbs = group.add_subparsers(title="commands", metavar="VERB", required=True)
    parser = verbs.add_parser("new", parents=[shared], help="start a configuration file from a preset")
    parser.add_argument("file", metavar="FILE", nargs="?", help="the file to write")
    parser.add_argument("--preset", metavar="P", help="the preset to start from (default: this machine's first)")
    parser.add_argument("--list", action="store_true", help="list the presets")
    parser.set_defaults(run=new)
    for name, help_, action in (
        ("show", "the whole configuration, defaults filled in", show),
        ("validate", "all issues; exit 0 where there is no error", validate),
        ("translate", "the job in the trainer's own terms, and what is carried over in another way", translate),
    ):
        parser = verbs.add_parser(name, parents=[shared], help=help_)
        parser.add_argument("file", metavar="FILE", help="a YAML file, or a preset's name")
        parser.add_argument("--backend", metavar="B")
        parser.add_argument("--set", dest="sets", action="append", default=[], metavar="PATH=VALUE")
        parser.set_defaults(run=action)


def new(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from tuiapp.cli.output import print_json, print_line, print_table, tell
    from tuiapp.handlers.configs import new_configuration
    from tuiapp.handlers.context import open_context
    from tuner.config.presets import list_presets
    from tuner.core.errors import ConfigurationError

    context = open_context(arguments.workspace)
    presets = list_presets()
    if arguments.list or arguments.file is None:
        if arguments.json:
            print_json([{"name": p.name, "backend": p.backend, "title": p.title, "path": str(p.path)} for p in presets])
        elif arguments.list:
            print_table(["preset", "what it is for"], [[p.name, p.title] for p in presets])
        else:
            raise ConfigurationError("no file was named", hint="tuner config new FILE --preset NAME (see --list)")
        return 0
    backend = context.default_backend()
    preset = arguments.preset or next((p.name for p in presets if p.backend == backend), presets[0].name)
    path = new_configuration(preset, Path(arguments.file))
    if arguments.json:
        print_json({"path": str(path.absolute()), "preset": preset})
    else:
        print_line(str(path))
        tell(f"from preset {preset}; edit it, then: tuner config validate {path}")
    return 0


def show(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.exit_codes import BAD_INPUT
    from tuiapp.cli.issues import print_issues
    from tuiapp.cli.output import print_json, print_line
    from tuiapp.handlers.configs import read_configuration
    from tuiapp.handlers.context import open_context
    from tuner.config.load import dump_job, parse_job_text

    text, _ = read_configuration(open_context(arguments.workspace), arguments.file)
    loaded = parse_job_text(text, arguments.sets)
    if loaded.job is None:
        print_issues(loaded.issues)
        return BAD_INPUT
    if arguments.json:
        print_json(loaded.job.model_dump(mode="json"))
    else:
        print_line(dump_job(loaded.job).rstrip())
    return 0


def validate(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.exit_codes import BAD_INPUT
    from tuiapp.cli.issues import print_issues
    from tuiapp.cli.output import print_json, tell
    from tuiapp.handlers.configs import read_configuration
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.train import TrainHandler, TrainRequest

    context = open_context(arguments.workspace)
    text, preset_backend = read_configuration(context, arguments.file)
    plan = TrainHandler(context).plan(TrainRequest(text, arguments.backend or preset_backend, arguments.sets))
    if arguments.json:
        print_json({"ok": plan.ok, "issues": [i.as_dict() for i in plan.issues]})
    else:
        print_issues(plan.issues)
        tell(f"{'ok' if plan.ok else 'not ok'} for the {plan.backend} backend")
    return 0 if plan.ok else BAD_INPUT


def translate(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.exit_codes import BAD_INPUT
    from tuiapp.cli.issues import print_issues
    from tuiapp.cli.output import print_json, print_line, tell
    from tuiapp.handlers.configs import read_configuration
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.train import TrainHandler, TrainRequest
    from tuner.config.yaml_text import dump

    context = open_context(arguments.workspace)
    text, preset_backend = read_configuration(context, arguments.file)
    plan = TrainHandler(context).plan(TrainRequest(text, arguments.backend or preset_backend, arguments.sets))
    made = plan.translation
    if arguments.json:
        print_json(
            {
                "backend": plan.backend,
                "issues": [i.as_dict() for i in plan.issues],
                "trainer": made.trainer if made else None,
                "payload": made.payload if made else None,
                "changes": made.changes if made else [],
            }
        )
        return 0 if made else BAD_INPUT
    print_issues(plan.issues)
    if made is None:
        tell(f"not ok for the {plan.backend} backend: there is nothing to translate")
        return BAD_INPUT
    print_line(dump(made.payload).rstrip())
    for change in made.changes:
        tell(f"note  {change}")
    return 0
