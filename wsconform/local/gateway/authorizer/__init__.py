"""Lambda authorizers: what they are asked, where identity is looked for, and what their answer allows."""
