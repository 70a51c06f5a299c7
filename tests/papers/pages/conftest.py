import pytest


@pytest.fixture
def body(client):
    return lambda address: client.get(address).content.decode()
