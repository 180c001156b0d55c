"""Where records come from. Every kind of source yields blocks of the contract's entities with their lines."""
