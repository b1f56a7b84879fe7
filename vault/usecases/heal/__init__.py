"""What keeps a vault whole: finding what does not agree, sweeping what is left over, reading everything again."""
