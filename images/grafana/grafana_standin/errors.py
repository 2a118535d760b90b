"""What the API answers when it refuses."""


class ApiError(Exception):
    def __init__(self, code: int, message: str, **extra: str) -> None:
        super().__init__(message)
        self.code = code
        self.body = {"message": message, **extra}
