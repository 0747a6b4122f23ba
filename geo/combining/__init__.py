"""Several rules as one: what their parts say of one place, put together."""
