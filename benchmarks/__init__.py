"""The suite behind the figures in the README.

solve_folder   every manifest of a folder, solved, verified and timed
plain_model    a second CP-SAT model that shares nothing with the optimiser
"""
