"""What is public: catalogue, entries, boards. It stands below `submissions` and cannot see a draft."""
