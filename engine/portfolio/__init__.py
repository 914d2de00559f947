"""Portfolios: how much of one account each strategy or symbol gets."""
