"""Who is at the desk or on the phone: sign in, sign out, ask who."""
