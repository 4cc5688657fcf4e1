"""Reads values the way another team would: the registry's deserialiser, with a reader schema of one's own or without.

usage: read_values.py REGISTRY_URL
Takes one JSON line per value ({"bytes": base64, "readerSchema": schema or null}) and prints one JSON line for each.
"""

import base64
import json
import sys
from datetime import datetime

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def plain(value: object) -> object:
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, bytes):
        return {"type": "Buffer", "data": list(value)}
    raise TypeError(f"no JSON for {type(value)}")


def main() -> None:
    registry = SchemaRegistryClient({"url": sys.argv[1]})
    context = SerializationContext("any", MessageField.VALUE)
    for line in sys.stdin:
        wanted = json.loads(line)
        schema = wanted["readerSchema"]
        deserialize = AvroDeserializer(registry, None if schema is None else json.dumps(schema))
        print(json.dumps(deserialize(base64.b64decode(wanted["bytes"]), context), default=plain))


main()
