"""The worst instances that searches find: for every policy at finite size, and in the fluid limit."""
