"""repwatch.toml and the environment, read into the settings of every folder; each problem named with its line."""
