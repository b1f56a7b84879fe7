"""What keeps papers closed to those whom they do not concern: keys, holds, erasure."""
