"""The pages of sign-in: how it is set up, WorkMail's application in Identity Center, people's tokens."""
