"""Random rules and requests from small stocks of values, so that they often meet and often just miss."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

Given = dict[str, Any]

USERS = [f"user-000000{letter}" for letter in "abcd"]
ROLES = ["role-a", "role-b", "role-c"]
ACTIONS = ["ActiveSync", "AutoDiscover", "EWS", "IMAP", "SMTP", "WindowsOutlook", "WebMail"]
ADDRESSES = ["10.0.0.1", "10.0.0.254", "10.0.1.1", "10.128.0.1", "192.0.2.7", "192.0.2.8", "255.255.255.255"]
RANGES = [
    *("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/9", "10.0.0.0/23", "10.0.0.0/24"),
    *("10.0.0.128/25", "10.0.0.1/32", "10.0.0.77/24", "192.0.2.8/29", "192.0.2.7/32", "255.255.255.255/32"),
]
TEXTS = {
    "DeviceType": ["iPhone", "IPHONE", "iPad", "Android", "Écran", "$NONE"],
    "DeviceModel": ["iPhone10C1", "iPad5C1", "HTCOneX", "i"],
    "DeviceOperatingSystem": ["iOS 12.3.1 16F203", "iOS 14.2", "Android 8.1.0", "Android"],
    "DeviceUserAgent": ["iOS/14.2 (18B92) exchangesyncd/1.0", "Android-Mail/7.7.16.163886392.release", "["],
}
PREFIXES = {
    "DeviceType": ["iphone", "ip", "IPAD", "android", "écran", "$NONE", "Phone"],
    "DeviceModel": ["iphone", "iPhone10C1", "iPhone10C12", "HTC", "$NONE", "i"],
    "DeviceOperatingSystem": ["ios 1", "iOS 14", "ANDROID ", "Android", "$NONE", "."],
    "DeviceUserAgent": ["iOS/14.2 (", "android-mail", "exchangesyncd", "$NONE", "[", "ios"],
}


class Dice:
    """What a seed leads to, again and again."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def some(self, stock: Sequence[str], most: int = 3) -> list[str]:
        return self.random.sample(stock, self.random.randint(1, most))

    def conditions(self, stocks: Mapping[str, Sequence[str]], chance: float) -> Given:
        """Each condition and each negation with this chance, on its own."""
        members = [(member, stock) for name, stock in stocks.items() for member in (name, f"Not{name}")]
        chosen = [pair for pair in members if self.random.random() < chance / (1 + pair[0].startswith("Not"))]
        return {member: self.some(stock) for member, stock in chosen}

    def rules(self, name: str, stocks: Mapping[str, Sequence[str]], chance: float) -> list[Given]:
        return [
            {name: f"rule{n}", "Effect": self.random.choice(["ALLOW", "ALLOW", "DENY"])}
            | self.conditions(stocks, chance)
            for n in range(self.random.randint(0, 5))
        ]

    def access_rules(self) -> list[Given]:
        stocks = {"IpRanges": RANGES, "Actions": ACTIONS, "UserIds": USERS, "ImpersonationRoleIds": ROLES}
        return self.rules("Name", stocks, 0.28)

    def access_request(self) -> Given:
        address = self.random.choice(ADDRESSES)
        if self.random.random() < 0.4:
            role = self.random.choice(ROLES)
            return {"Action": "EWS", "IpAddress": address, "ImpersonationRoleId": role}
        user = self.random.choice(USERS)
        return {"Action": self.random.choice(ACTIONS), "IpAddress": address, "UserId": user}

    def device_rules(self) -> list[Given]:
        return self.rules("Name", {f"{name}s": stock for name, stock in PREFIXES.items()}, 0.25)

    def device_request(self) -> Given:
        return {
            name: self.random.choice(stock) for name, stock in TEXTS.items() if self.random.random() < 0.7
        }

    def target_rules(self) -> list[Given]:
        return self.rules("ImpersonationRuleId", {"TargetUsers": USERS}, 0.6)

    def target_request(self) -> Given:
        return {"TargetUser": self.random.choice(USERS)}
