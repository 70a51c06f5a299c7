"""What is being read in the world, and what is it about? Knows neither readers nor letters."""
