"""The contract of Redress plugins in a few words: `redress.linker` and `redress.exporter`."""
