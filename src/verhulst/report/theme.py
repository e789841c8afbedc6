LIGHT = (
    "--vh-paper: #ffffff; --vh-ink: #1d2330; --vh-muted: #5c6575; --vh-rule: #d5d9e0; --vh-wash: #f0f3f7; "
    "--vh-first: #1f3f7f; --vh-second: #c04a26;"
)
DARK = (
    "--vh-paper: #12161d; --vh-ink: #e9ecf2; --vh-muted: #a0a9b8; --vh-rule: #353d4a; --vh-wash: #1c222c; "
    "--vh-first: #8dbdff; --vh-second: #ee7d54;"
)
