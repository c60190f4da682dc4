"""The contextual encoder: what each word and each sentence says in its surroundings."""
