"""What an operator sees of runs: metrics, logs, and copies of committed events. All of it reads, and nothing waits."""
