"""What a node of the API has while it runs, and gives to the calls: queues, children, stored answers, caps."""
