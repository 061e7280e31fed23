"""`leitai demo`: a company of 270 members in 9 branches, its last two months, and its life from now on."""

from typing import Annotated

import typer


def command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: any free one.")] = 8000,
    database: Annotated[
        str, typer.Option(help="A file, recreated at each start; or a database URL, as in DATABASE_URL.")
    ] = "leitai-demo.sqlite3",
    keep: Annotated[bool, typer.Option("--keep", help="Go on with the company of the last start.")] = False,
    rate: Annotated[float, typer.Option(min=0, max=50, help="Acts per second in the first minutes; then a fifth.")] = 5,
    lan: Annotated[
        bool, typer.Option("--lan", help="For the local network too: phones and screens beside this machine.")
    ] = False,
    quiet_life: Annotated[bool, typer.Option("--quiet-life", help="Nothing happens by itself.")] = False,
) -> None:
    from app.demo.start import start

    start(host, port, database, keep, 0 if quiet_life else rate, lan)
