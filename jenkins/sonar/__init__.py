"""SonarQube as code: the project and its gate, the analysis, the verdict, and what is kept of it with a release."""
