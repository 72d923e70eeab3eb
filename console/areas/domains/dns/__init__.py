"""Looks a domain's records up in DNS and judges what is found; knows no request and writes nothing."""
