"""The static side: `wsconform check` beside cfn-lint, the unused plugin, and how a run grows."""
