"""Fine-tuning the encoder on the primer, then on the composed articles (the extra `encoder`)."""
