"""What may be published: a page and tables made from counts that were suppressed first, with no place finer than 500 m."""
