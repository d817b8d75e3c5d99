"""The commands of `amends`, one file each, found by their file name.

`commands/dead_letters.py` is `amends dead-letters`: the first line of its docstring is its line in
`amends --help`, its `app` (a `typer.Typer`, made by `operate.terminal.command_app`) is what runs. A file is
imported only when its command runs, so it may import what it needs at the top.
"""
