"""What all services need and nobody's in particular: settings, errors, database, caller, web app, Lambda adapter."""
