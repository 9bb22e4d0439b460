"""How passwords of staff are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """
    Argon2id, at a price that a thread of the web process can pay: 32 MiB and about 60 ms of a CPU for each try.

    Those kept by PBKDF2 before are verified still, and kept anew at the next sign-in.
    """

    time_cost = 3
    memory_cost = 32 * 1024
    parallelism = 1
