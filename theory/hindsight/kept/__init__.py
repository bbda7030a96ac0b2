"""The hindsight optimum where preempted requests keep their tokens."""
