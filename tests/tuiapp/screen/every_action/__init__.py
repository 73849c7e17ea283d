"""A deed for every action of the registry: its key is pressed in the real application, and something comes of it.

A new action needs two lines in one of these modules:

    @deed("chart.wrap", focus=Pane.CHARTS)
    async def _(s: Stage) -> None: await s.does(lambda: "wrapped" in s.text)
"""
