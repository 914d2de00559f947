"""The operator table, one file per family; `engine.language.operators` is its door."""
