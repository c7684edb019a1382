"""What a Slack card is made of: foreign text made safe, times, links, buttons, blocks. Pure."""
