"""Fine-tuning the encoder on the composed articles (the extra `encoder`)."""
