"""The pools of the market, each with its program's own arithmetic and account layout."""
