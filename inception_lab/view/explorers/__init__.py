"""The explorers, one a file; `explore` names them for readers."""
