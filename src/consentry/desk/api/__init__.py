"""The HTTP API: thin routes over the services, and everything that makes HTTP safe to speak."""
