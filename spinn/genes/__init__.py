"""What is known of single genes of a panel: why it is there, and who could take its place."""
