"""Weighing: how much each of several things gets, from the covariance of their returns."""
