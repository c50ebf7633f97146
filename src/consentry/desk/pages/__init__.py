"""The reviewers' pages: drawn by the server over the same services and the same door as the API."""
