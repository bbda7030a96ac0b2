"""The commands of `kvratio`, one module each, with its `click` command under the name `command`."""
