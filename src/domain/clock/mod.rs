//! Every clock of the Code and its neighbours.
