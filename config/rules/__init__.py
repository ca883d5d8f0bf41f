"""What marketers write in files, read strictly: journeys, answers to comments, prices; and how it is let run."""
