"""The worst instances that searches find for every policy: small ones, and in the fluid limit."""
