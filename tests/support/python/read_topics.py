"""Reads topics the way another team would: Confluent's client, the registry's deserialiser, nothing of this repository.

usage: read_topics.py BROKERS REGISTRY_URL TOPIC=COUNT [TOPIC=COUNT ...]
Prints one JSON line per record, and fails after 30 seconds without the expected counts of different ids.
"""

import json
import sys
import time
import uuid

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def main() -> int:
    brokers, registry_url, *wanted = sys.argv[1:]
    missing = {topic: int(count) for topic, count in (entry.rsplit("=", 1) for entry in wanted)}
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": registry_url}))
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"python-{uuid.uuid4()}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe(list(missing))
    seen = set()
    deadline = time.monotonic() + 30
    while any(count > 0 for count in missing.values()) and time.monotonic() < deadline:
        message = consumer.poll(0.5)
        if message is None:
            continue
        if message.error():
            raise RuntimeError(str(message.error()))
        context = SerializationContext(message.topic(), MessageField.VALUE)
        value = deserialize(message.value(), context)
        headers = {name: content.decode() for name, content in message.headers() or []}
        key = message.key().decode() if message.key() else None
        record = {"topic": message.topic(), "key": key, "type": headers.get("ce_type"), "id": headers.get("ce_id"), "value": value}
        print(json.dumps(record, default=str))
        # A fact may come more than once, always under its id.
        if record["id"] not in seen:
            missing[message.topic()] -= 1
        seen.add(record["id"])
    consumer.close()
    late = {topic: count for topic, count in missing.items() if count > 0}
    if late:
        print(f"records that did not come: {late}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
